import { visitMembers } from './json-bytes.ts'
import { isResourceType, type ResourceType } from './resource-type.ts'

/** The type of a resource, told by the root of its minified line; `undefined` when it says none. */
export const typeOfLine = (line: Uint8Array): ResourceType | undefined => {
  const first = decoder.decode(line.subarray(0, longestStart))
  const [, atStart] = /^\{"resourceType":"([A-Za-z]+)"/.exec(first) ?? []
  const text = atStart ?? typeAmong(line)
  return isResourceType(text) ? text : undefined
}

const typeAmong = (line: Uint8Array): string => {
  let type = ''
  visitMembers(line, 0, (start, nameEnd, valueStart, end) => {
    const name: unknown = JSON.parse(decoder.decode(line.subarray(start, nameEnd + 1)))
    if (name === 'resourceType') type = String(JSON.parse(decoder.decode(line.subarray(valueStart, end))))
  })
  return type
}

/** Of `{"resourceType":"` and the longest name of a type. */
const longestStart = 64

const decoder = new TextDecoder()
