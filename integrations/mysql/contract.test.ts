/** mysql as a driver of an SQL database: the contracts that all such drivers keep. */

import { sqlClientContract } from '../../test/contracts/sql/client'
import { sqlCommentContract } from '../../test/contracts/sql/comments'
import { mysqlContract } from '../../test/contracts/sql/mysql'
import { sqlPoolContract } from '../../test/contracts/sql/pool'
import { mysqlDriver, mysqlTests } from '../../test/support/mysql-drivers'
import integration from './index'

const driver = mysqlDriver(integration, ['query'], {
  'lib/Connection.js': ['query'],
  'lib/Pool.js': ['query', 'getConnection'],
  'lib/protocol/Protocol.js': ['_enqueue', '_delegateError', 'destroy'],
  'lib/protocol/sequences/Sequence.js': ['end'],
  'lib/protocol/sequences/Query.js': ['emit', 'start'],
})

sqlClientContract(driver)
sqlCommentContract(driver)
sqlPoolContract(driver)
mysqlTests(test => mysqlContract(test, 'mysql', 'query'))
