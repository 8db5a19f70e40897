/** Whole programs with the tracer: CommonJS and ES modules. */

import { ioredisPrograms } from '../../test/contracts/programs/redis'

ioredisPrograms('ioredis', 'shop-redis')
