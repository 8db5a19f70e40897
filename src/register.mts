/** `node --import tracer/register app.mjs`: hooks ES modules, then starts the tracer as `tracer/init` does. */

import { register as registerAsync } from 'node:module'
import { register, supportsSyncHooks } from 'import-in-the-middle/register-hooks.mjs'
import { init, modulesToHook } from './index.js'

const include = modulesToHook()
if (include.length > 0) {
  if (supportsSyncHooks()) register({ include })
  else registerAsync('import-in-the-middle/hook.mjs', import.meta.url, { data: { include } })
}

init()
