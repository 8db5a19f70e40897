/** Requests of the clients of OpenSearch, with all that they answer. */

import { elasticTests } from '../../test/contracts/elastic'
import opensearch from './index'

elasticTests('opensearch', '@opensearch-project/opensearch', opensearch)
