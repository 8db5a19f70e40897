/** Commands of ioredis: their spans, and that nothing else changes. */

import { ioredisTests } from '../../test/contracts/ioredis'
import ioredis from './index'

ioredisTests(ioredis, { type: 'redis', service: 'shop-redis' })
