/** Requests of the clients of OpenSearch, for every kind of answer. */

import { elasticTests } from '../../test/contracts/elastic'
import opensearch from './index'

elasticTests('opensearch', '@opensearch-project/opensearch', opensearch)
