import fc from '../support/fast-check.ts'

/** The text of a resource as a list of JSON tokens, its `meta` apart, and the same printed with whitespace anywhere. */
export type PrintedResource = {
  readonly text: string
  /** What the finished line consists of when its version is 7 and its time is noon. */
  readonly finished: readonly string[]
}

export const noon = '2026-01-01T12:00:00.000Z'

type Tokens = readonly string[]
/** A member: the token of its name, and those of its value. */
type Member = readonly [name: string, value: Tokens]

/** The decoded form decides what is a repeat: `"id"` and `"\u0069d"` are one name. */
const decodedNameOf = (member: Member): string => JSON.parse(member[0])

const characters = ['a', 'Z', '7', 'é', '😀', ' ', '\u2028', '{', '}', '[', ']', ',', ':', '/', "'"]
const escapes = ['\\"', '\\\\', '\\/', '\\n', '\\t', '\\u00e9', '\\u0022', '\\u005C', '\\u0000', '\\ud800']
const string = fc
  .array(fc.constantFrom(...characters, ...escapes), { maxLength: 8 })
  .map((pieces) => `"${pieces.join('')}"`)
const number = fc.constantFrom('0', '-0', '1.00', '1E2', '1e+2', '-0.10e-05', '12345678901234567890', '1e400')
const literal = fc.constantFrom('true', 'false', 'null')

const nestedName = fc.constantFrom(
  '"meta"',
  '"id"',
  '"versionId"',
  '"__proto__"',
  '"\\u006deta"',
  '"a b"',
  '""',
  '"\\""',
)

const { value } = fc.letrec<{ value: Tokens }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(string, number, literal).map((token) => [token]),
    fc.array(tie('value'), { maxLength: 4 }).map((items) => ['[', ...separate(items), ']']),
    fc
      .uniqueArray(fc.tuple(nestedName, tie('value')), { maxLength: 4, selector: decodedNameOf })
      .map((members) => objectOf(members)),
  ),
}))

const separate = (items: readonly Tokens[]): Tokens =>
  items.flatMap((item, index) => (index ? [',', ...item] : item))

const objectOf = (members: readonly Member[]): Tokens => [
  '{',
  ...separate(members.map(([name, tokens]) => [name, ':', ...tokens])),
  '}',
]

const memberOf = (names: readonly string[], tokens: fc.Arbitrary<Tokens>): fc.Arbitrary<Member> =>
  fc.tuple(fc.constantFrom(...names), tokens)

const type = memberOf(['"resourceType"', '"resource\\u0054ype"'], fc.constant(['"Patient"']))
const id = memberOf(['"id"', '"\\u0069d"'], fc.constantFrom(['"p-1.a"'], ['"\\u0070"']))
const otherName = fc.constantFrom(
  '"name"',
  '"_id"',
  '"Meta"',
  '"contained"',
  '"__proto__"',
  '"\\u00e9"',
  '"1"',
)
const others = fc.array(fc.tuple(otherName, value), { maxLength: 5 })

const ownMeta = memberOf(['"versionId"', '"version\\u0049d"', '"lastUpdated"', '"lastUpdate\\u0064"'], value)
const metaMember = fc.oneof(
  ownMeta,
  memberOf(['"profile"', '"tag"', '"_versionId"', '"meta"', '"source"'], value),
)
const meta = fc.uniqueArray(metaMember, { maxLength: 6, selector: decodedNameOf })
const metaName = fc.constantFrom('"meta"', '"\\u006deta"')

const gap = fc.constantFrom('', ' ', '\n', '\r\n', '\t\t', '  \n   ')

export const printedResource: fc.Arbitrary<PrintedResource> = fc
  .record({
    members: fc.tuple(type, id, others).chain(([first, second, rest]) => {
      const distinct = new Map([...rest, first, second].map((member) => [decodedNameOf(member), member]))
      return fc.shuffledSubarray([...distinct.values()], { minLength: distinct.size })
    }),
    meta: fc.option(fc.tuple(metaName, meta, fc.nat())),
    gaps: fc.oneof(fc.constant(['']), fc.array(gap, { minLength: 1, maxLength: 20 })),
    mark: fc.constantFrom('', '\ufeff'),
  })
  .map((printed) => ({
    text: printed.mark + printTokens(givenTokens(printed.members, printed.meta), printed.gaps),
    finished: finishedTokens(printed.members, printed.meta),
  }))

type GivenMeta = readonly [name: string, members: readonly Member[], place: number] | null

const givenTokens = (members: readonly Member[], given: GivenMeta): Tokens =>
  given === null ? objectOf(members) : objectOf(placeMeta(members, [given[0], objectOf(given[1])], given[2]))

const finishedTokens = (members: readonly Member[], given: GivenMeta): Tokens => {
  const kept = (given?.[1] ?? []).filter(
    (member) => !['versionId', 'lastUpdated'].includes(decodedNameOf(member)),
  )
  const finished: Member = [
    '"meta"',
    objectOf([['"versionId"', ['"7"']], ['"lastUpdated"', [`"${noon}"`]], ...kept]),
  ]
  const behindId = members.findIndex((member) => decodedNameOf(member) === 'id') + 1
  return objectOf(placeMeta(members, finished, given?.[2] ?? behindId))
}

const placeMeta = (members: readonly Member[], metaToPlace: Member, place: number): readonly Member[] =>
  members.toSpliced(place % (members.length + 1), 0, metaToPlace)

const printTokens = (tokens: Tokens, gaps: readonly string[]): string =>
  tokens.map((token, index) => gaps[index % gaps.length] + token).join('') + gaps[0]
