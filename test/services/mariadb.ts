/** MariaDB for tests, where MySQL drivers log in with `mysql_native_password`. */

import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Launch, LaunchPlace, ServiceDefinition } from './definition.js'
import { logIn, NATIVE } from './mysql-login.js'

function findBinaries(): string | undefined {
  return existsSync('/usr/sbin/mariadbd') && existsSync('/usr/bin/mariadb-install-db') ? '/usr' : undefined
}

function launch({ binaries, dir, port }: LaunchPlace): Launch {
  const data = join(dir, 'data')
  const initFile = join(dir, 'users.sql')
  const password = randomBytes(12).toString('hex')
  // The directory belongs to the server's user alone, so the file may be readable to all inside it. One line each.
  const users = ["root@'127.0.0.1'", 'root@localhost'].flatMap(user => [
    `create or replace user ${user} identified via ${NATIVE} using password('${password}');`,
    `grant all on *.* to ${user} with grant option;`,
  ])
  writeFileSync(initFile, [...users, 'create database test;', ''].join('\n'), { mode: 0o644 })
  return {
    url: `mysql://root:${password}@127.0.0.1:${port}/test`,
    prepare: [
      {
        command: join(binaries, 'bin/mariadb-install-db'),
        args: [
          ...['--no-defaults', `--datadir=${data}`, '--auth-root-authentication-method=normal'],
          ...['--skip-test-db', '--skip-name-resolve', '--innodb-flush-log-at-trx-commit=0'],
        ],
      },
    ],
    run: {
      command: join(binaries, 'sbin/mariadbd'),
      args: [
        ...['--no-defaults', `--datadir=${data}`, `--init-file=${initFile}`],
        ...['--skip-networking=0', '--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve'],
        ...[`--socket=${join(dir, 'socket')}`, `--pid-file=${join(dir, 'pid')}`, '--max-connections=200'],
        // The data is thrown away, so nothing has to survive a crash.
        ...['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-buffer-pool-size=32M'],
        ...['--sync-binlog=0', '--skip-log-bin', '--performance-schema=0', '--aria-pagecache-buffer-size=8M'],
      ],
    },
    stopSignal: 'SIGKILL',
  }
}

/** MariaDB, any version from 10.4 on. */
export const mariadb: ServiceDefinition = {
  name: 'mariadb',
  urlVariable: 'TEST_MARIADB_URL',
  probe: logIn,
  compose: { port: 3306, url: port => `mysql://root:mariadb@127.0.0.1:${port}/test` },
  program: { from: "Debian's package", packages: ['mariadb-server'], user: 'mysql', findBinaries, launch },
}
