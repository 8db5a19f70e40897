/** Requests of the clients of Elasticsearch, for every kind of answer. */

import { elasticTests } from '../../test/contracts/elastic'
import elasticsearch from './index'

elasticTests('elasticsearch', '@elastic/elasticsearch', elasticsearch)
