/** All questions; a new one is a file beside this one and a row here. */

import type { Question } from '../harness/question'
import { expressPg } from './express-pg'
import { spans } from './spans'
import { startup } from './startup'

export const questions: readonly Question[] = [spans, expressPg, startup]
