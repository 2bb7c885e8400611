import { expect, test } from 'vitest'
import { assignId } from '../../worker/fhir/assign-id.ts'

test.each([
  ['{"resourceType":"Patient"}', '{"id":"new","resourceType":"Patient"}'],
  ['{ "resourceType": "Patient", "id" : "old" }', '{"resourceType":"Patient","id":"new"}'],
  ['{"x":1.00,"\\u0069d":"old","y":{"id":"kept"}}', '{"x":1.00,"\\u0069d":"new","y":{"id":"kept"}}'],
  ['{}', '{"id":"new"}'],
])('%s gets its id, and nothing else changes', (json, expected) => {
  expect(assignId(json, 'new')).toBe(expected)
})
