/** Whole programs with the tracer: several versions of the client, from CommonJS and from ES modules. */

import { elasticPrograms } from '../../test/contracts/programs/elastic'

elasticPrograms('opensearch')
