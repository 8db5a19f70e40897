/** Requests of the clients of Elasticsearch, with all that they answer. */

import { elasticTests } from '../../test/contracts/elastic'
import elasticsearch from './index'

elasticTests('elasticsearch', '@elastic/elasticsearch', elasticsearch)
