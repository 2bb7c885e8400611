import type { Rule } from './rule.ts'

/** Of how requests are understood. */
export const requestRules: readonly Rule[] = [
  {
    about: ['COMPAT'],
    problems: ({ COMPAT }) =>
      COMPAT.includes('firely-progress') && COMPAT.includes('helix-progress')
        ? { COMPAT: 'X-Progress is either that of Firely Server or that of Helix' }
        : {},
  },
]
