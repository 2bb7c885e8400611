import { compileDate } from './date.ts'
import { compileNumber } from './number.ts'
import type { SearchKind } from './parameters.ts'
import { compileQuantity } from './quantity.ts'
import { compileReference } from './reference.ts'
import { compileString } from './string.ts'
import type { CompileTerm } from './term.ts'
import { compileToken } from './token.ts'
import { compileUri } from './uri.ts'

/** Of a value of each kind of parameter. */
export const compilers: Readonly<Record<Exclude<SearchKind, 'composite'>, CompileTerm>> = {
  token: compileToken,
  string: compileString,
  date: compileDate,
  reference: compileReference,
  number: compileNumber,
  quantity: compileQuantity,
  uri: compileUri,
}
