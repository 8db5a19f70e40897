/** Tells a serverless function, whose process may be frozen at any time, from a program. */

type Environment = Readonly<Record<string, string | undefined>>

/** The variables that each platform sets: one, or both of a pair. */
const PLATFORMS = [
  ['AWS_LAMBDA_FUNCTION_NAME'],
  ['K_SERVICE', 'FUNCTION_TARGET'],
  ['FUNCTION_NAME', 'GCP_PROJECT'],
  ['FUNCTIONS_EXTENSION_VERSION', 'FUNCTIONS_WORKER_RUNTIME'],
]

export function isServerless(env: Environment): boolean {
  return PLATFORMS.some(names => names.every(name => env[name]))
}
