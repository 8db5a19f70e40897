/** stub */
import type { Question } from '../harness/question'
export const expressPg: Question = {
  name: 'express-pg',
  title: '',
  base: 'none',
  figures: [],
  subjects: () => [],
  open: () => {
    throw new Error('x')
  },
}
