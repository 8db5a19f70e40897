/** All questions; a new one is a file beside this one and a row here. */

import type { Question } from '../harness/question'
import { expressPg } from './express-pg'
import { spans } from './spans'

export const questions: readonly Question[] = [spans, expressPg]
