/** Commands of iovalkey: their spans, and that nothing else changes. */

import { ioredisTests } from '../../test/contracts/ioredis'
import iovalkey from './index'

ioredisTests(iovalkey, { type: 'valkey', service: 'shop-iovalkey' })
