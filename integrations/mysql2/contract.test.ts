/** mysql2 as a driver of an SQL database: the contracts that all such drivers keep. */

import { sqlClientContract } from '../../test/contracts/sql/client'
import { sqlCommentContract } from '../../test/contracts/sql/comments'
import { mysqlContract } from '../../test/contracts/sql/mysql'
import { sqlPoolContract } from '../../test/contracts/sql/pool'
import { mysql2Tests, mysqlDriver } from '../../test/support/mysql-drivers'
import integration from './index'

const driver = mysqlDriver(integration, ['query', 'execute'], {
  'lib/connection.js': [
    'addCommand',
    '_addCommandClosedState',
    'execute',
    'close',
    'connect',
    '_notifyError',
  ],
  'lib/pool.js': ['query', 'execute', 'getConnection'],
  'lib/commands/query.js': ['emit', 'start'],
  'lib/commands/execute.js': ['emit'],
  'lib/commands/prepare.js': ['start'],
  'lib/pool_cluster.js': ['of'],
})

sqlClientContract(driver)
sqlCommentContract(driver)
sqlPoolContract(driver)
mysql2Tests(test => mysqlContract(test, 'mysql2', 'execute'))
