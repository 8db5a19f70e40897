/** Whole programs: `dns` does the same with the tracer, and makes no trace of its own. */

import { untracedPrograms } from '../../test/contracts/programs/untraced'

untracedPrograms('dns')
