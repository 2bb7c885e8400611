import { describe } from 'vitest'
import { cases } from './spec-cases.ts'

/** What the page on search of FHIR R4 says of codes, quantities and references, in its own examples and a few more. */

describe('3.1.1.4.10 token', () => {
  const loinc = 'http://loinc.org'
  const code = (...coding: { system?: string; code?: string; display?: string }[]) => ({ code: { coding } })
  const a1c = code({ system: loinc, code: 'LA6718-6' })
  const identifier = (system: string, value: string, type = {}) => ({
    identifier: [{ system, value, ...type }],
  })
  const mrn = {
    coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v2-0203', code: 'MR' }],
    text: 'Record',
  }
  cases([
    ['Observation?code=LA6718-6', a1c, true],
    ['Observation?code=http://loinc.org|LA6718-6', a1c, true],
    ['Observation?code=http://other.org|LA6718-6', a1c, false],
    ['Observation?code=|LA6718-6', a1c, false],
    ['Observation?code=|LA6718-6', code({ code: 'LA6718-6' }), true],
    ['Observation?code=http://loinc.org|', a1c, true],
    ['Observation?code=http://loinc.org|', code({ system: 'http://loinc.org/x', code: 'x' }), false],
    ['Observation?code=LA6718', a1c, false],
    // System and code are those of one and the same coding.
    [
      'Observation?code=http://loinc.org|b',
      code({ system: loinc, code: 'a' }, { system: 'x', code: 'b' }),
      false,
    ],
    // "When in doubt, servers SHOULD treat tokens in a case-insensitive manner."
    ['Observation?code=la6718-6', a1c, true],
    ['Observation?code=HTTP://LOINC.ORG|LA6718-6', a1c, false],
    ['Observation?code=MM', code({ system: 'http://unitsofmeasure.org', code: 'mm' }), false],
    ['Patient?gender=Male', { gender: 'male' }, false],
    ['Patient?_id=X', {}, false],
    ['Patient?_id=x', {}, true],
    ['Patient?_id=|x', {}, true],
    ['Medication?lot-number=ab', { batch: { lotNumber: 'AB' } }, true],
    ['Patient?identifier=http://acme.org/patient|2345', identifier('http://acme.org/patient', '2345'), true],
    ['Patient?identifier=ab', identifier('http://acme.org/patient', 'AB'), true],
    ['Patient?identifier=MÜ-1', identifier('http://acme.org/patient', 'mü-1'), true],
    ['Patient?identifier=https://x.org/A"', identifier('http://acme.org/patient', 'HTTPS://X.ORG/a"'), true],
    ['Patient?identifier=http://acme.org/patient|', identifier('http://acme.org/patient', '2345'), true],
    ['Patient?gender=male', { gender: 'male' }, true],
    ['Patient?gender=http://hl7.org/fhir/administrative-gender|male', { gender: 'male' }, true],
    ['Patient?gender=http://hl7.org/fhir/other|male', { gender: 'male' }, false],
    ['Task?intent=http://hl7.org/fhir/task-intent|order', { intent: 'order' }, false],
    ['Task?intent=http://hl7.org/fhir/task-intent|unknown', { intent: 'unknown' }, true],
    ['Patient?gender:not=male', { gender: 'female' }, true],
    ['Patient?gender:not=male', { gender: 'male' }, false],
    ['Patient?gender:not=male', {}, true],
    ['Composition?section=48765-2', { section: [{ code: { coding: [{ code: '48765-2' }] } }] }, true],
    [
      'Composition?section:not=48765-2',
      { section: [{ code: { coding: [{ code: 'x' }] } }, { code: { coding: [{ code: '48765-2' }] } }] },
      false,
    ],
    ['Patient?active=true', { active: true }, true],
    ['Patient?active=http://hl7.org/fhir/special-values|true', { active: true }, true],
    ['Patient?active=false', {}, false],
    ['Patient?deceased=false', {}, true],
    ['Patient?deceased=false', { deceasedBoolean: false }, true],
    ['Patient?deceased=true', { deceasedDateTime: '2015' }, true],
    ['Patient?deceased=true', {}, false],
    ['Patient?phone=555', { telecom: [{ system: 'phone', value: '555' }] }, true],
    ['Patient?phone=555', { telecom: [{ system: 'email', value: '555' }] }, false],
    ['Condition?code:text=headache', { code: { text: 'Headache, for days' } }, true],
    ['Condition?code:text=headache', code({ display: 'HEADACHE' }), true],
    ['Condition?code:text=headache', code({ code: 'headache' }), false],
    ['Patient?identifier:text=rec', identifier('x', 'y', { type: mrn }), true],
    [
      'Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053',
      identifier('x', '446053', { type: mrn }),
      true,
    ],
    [
      'Patient?identifier:of-type=http://terminology.hl7.org/CodeSystem/v2-0203|MR|446053',
      identifier('x', '446053'),
      false,
    ],
    ['Observation?code=a\\,b', code({ code: 'a,b' }), true],
    ['Observation?code=a,b', code({ code: 'a,b' }), false],
    ['Observation?code=a\\|b', code({ code: 'a|b' }), true],
    ['Observation?code=x\\$y\\\\z', code({ code: 'x$y\\z' }), true],
  ])
})

describe('3.1.1.4.11 quantity', () => {
  const ucum = 'http://unitsofmeasure.org'
  const mg = (value: number, more = {}) => ({
    valueQuantity: { value, system: ucum, code: 'mg', unit: 'milligram', ...more },
  })
  cases([
    ['Observation?value-quantity=5.4|http://unitsofmeasure.org|mg', mg(5.35), true],
    ['Observation?value-quantity=5.4|http://unitsofmeasure.org|mg', mg(5.45), false],
    ['Observation?value-quantity=5.4|http://unitsofmeasure.org|mg', mg(5.4, { system: 'x' }), false],
    [
      'Observation?value-quantity=5.4|http://unitsofmeasure.org|mg',
      mg(5.4, { code: 'x', unit: 'mg' }),
      false,
    ],
    ['Observation?value-quantity=5.40e-3|http://unitsofmeasure.org|g', mg(0.005404, { code: 'g' }), true],
    ['Observation?value-quantity=5.40e-3|http://unitsofmeasure.org|g', mg(0.005406, { code: 'g' }), false],
    ['Observation?value-quantity=5.4||mg', mg(5.4), true],
    ['Observation?value-quantity=5.4||milligram', mg(5.4), true],
    ['Observation?value-quantity=5.4', { valueQuantity: { value: 5.4 } }, true],
    ['Observation?value-quantity=5.4||mg', { valueQuantity: { value: 5.4 } }, false],
    ['Observation?value-quantity=le5.4|http://unitsofmeasure.org|mg', mg(5.4), true],
    ['Observation?value-quantity=le5.4|http://unitsofmeasure.org|mg', mg(5.41), false],
    ['Observation?value-quantity=ap5.4|http://unitsofmeasure.org|mg', mg(5.9), true],
    ['Observation?value-quantity=ap5.4|http://unitsofmeasure.org|mg', mg(6), false],
    // Less than something is anything below it.
    ['Observation?value-quantity=lt4', mg(5, { comparator: '<' }), true],
    ['Observation?value-quantity=gt5', mg(5, { comparator: '<' }), false],
    ['Observation?value-quantity=5', mg(5, { comparator: '<' }), false],
    ['Observation?value-quantity=eb5', mg(5, { comparator: '<' }), true],
    ['Observation?value-quantity=eb5', mg(5, { comparator: '<=' }), false],
    ['Observation?value-quantity=sa5', mg(5, { comparator: '>' }), true],
    ['Observation?value-quantity=gt9', mg(5, { comparator: '>=' }), true],
    // "Just search on the bounds of the values in sampled data."
    [
      'Observation?value-quantity=sa99',
      { valueSampledData: { origin: { value: 100 }, factor: 2, data: 'E 5 0 2.5 U', upperLimit: 120 } },
      true,
    ],
    [
      'Observation?value-quantity=gt119',
      { valueSampledData: { origin: { value: 100 }, factor: 2, data: 'E 5 0 2.5 U', upperLimit: 120 } },
      true,
    ],
    ['Invoice?totalnet=20|urn:iso:std:iso:4217|EUR', { totalNet: { value: 20, currency: 'EUR' } }, true],
    ['Invoice?totalnet=20||USD', { totalNet: { value: 20, currency: 'EUR' } }, false],
    ['Condition?onset-age=gt50', { onsetRange: { low: { value: 40 }, high: { value: 60 } } }, true],
    ['Condition?onset-age=sa50', { onsetRange: { low: { value: 40 }, high: { value: 60 } } }, false],
  ])
})

describe('3.1.1.4.12 reference and 3.1.1.4.13 References and Versions', () => {
  const subject = (reference: string) => ({ subject: { reference } })
  const of = 'Observation?'
  cases([
    [`${of}subject=Patient/123`, subject('Patient/123'), true],
    [`${of}subject=Patient/123`, subject('http://example.org/fhir/Patient/123'), true],
    [`${of}subject=http://example.org/fhir/Patient/123`, subject('Patient/123'), true],
    [`${of}subject=http://other.org/fhir/Patient/123`, subject('Patient/123'), false],
    [`${of}subject=http://other.org/fhir/Patient/123`, subject('http://other.org/fhir/Patient/123'), true],
    [
      `${of}subject=http://other.org/fhir/Patient/123`,
      subject('http://other.org/fhir/Patient/123/_history/2'),
      true,
    ],
    [`${of}subject=Patient/123`, subject('http://other.org/fhir/Patient/123'), false],
    [`${of}subject=123`, subject('Patient/123'), true],
    [`${of}subject=123`, subject('Group/123'), true],
    [`${of}subject=123`, subject('http://other.org/fhir/Patient/123'), false],
    [`${of}subject:Patient=123`, subject('Group/123'), false],
    [`${of}subject:Patient=123`, subject('Patient/123'), true],
    [`${of}patient=123`, subject('Patient/123'), true],
    [`${of}patient=123`, subject('Group/123'), false],
    ['DeviceUseStatement?patient=123', subject('Group/123'), false],
    ['DeviceUseStatement?subject=123', subject('Group/123'), true],
    [`${of}subject=Patient/123`, subject('Patient/123/_history/2'), true],
    [`${of}subject=Patient/123/_history/2`, subject('Patient/123/_history/2'), true],
    [`${of}subject=Patient/123/_history/3`, subject('Patient/123/_history/2'), false],
    [`${of}subject=Patient/123/_history/3`, subject('Patient/123'), false],
    [
      `${of}subject=urn:uuid:c757873d-ec9a-4326-a141-556f43239520`,
      subject('urn:uuid:c757873d-ec9a-4326-a141-556f43239520'),
      true,
    ],
    [`${of}subject=12`, subject('Patient/123'), false],
    [
      `${of}subject:identifier=http://acme.org/mrn|123456`,
      { subject: { identifier: { system: 'http://acme.org/mrn', value: '123456' } } },
      true,
    ],
    [`${of}subject:identifier=123456`, { subject: { identifier: { value: '12345' } } }, false],
    [`${of}patient:missing=false`, { subject: { display: 'Somebody', type: 'Patient' } }, true],
    [`${of}patient:missing=true`, { subject: { display: 'Somebody' } }, true],
    [
      `${of}patient:missing=false`,
      { subject: { reference: '#p' }, contained: [{ resourceType: 'Patient', id: 'p' }] },
      true,
    ],
    [
      `${of}patient:missing=false`,
      { subject: { reference: '#p' }, contained: [{ resourceType: 'Device', id: 'p' }] },
      false,
    ],
    // Canonicals: "the modifier :below is used to control whether the version is considered in the search".
    [
      'CarePlan?instantiates-canonical=http://acme.com/p|1',
      { instantiatesCanonical: ['http://acme.com/p|1'] },
      true,
    ],
    [
      'CarePlan?instantiates-canonical=http://acme.com/p|1',
      { instantiatesCanonical: ['http://acme.com/p|1.0'] },
      false,
    ],
    [
      'CarePlan?instantiates-canonical:below=http://acme.com/p',
      { instantiatesCanonical: ['http://acme.com/p|1.0'] },
      true,
    ],
    [
      'CarePlan?instantiates-canonical:below=http://acme.com/p|1',
      { instantiatesCanonical: ['http://acme.com/p|1.1'] },
      true,
    ],
    [
      'CarePlan?instantiates-canonical:below=http://acme.com/p|1',
      { instantiatesCanonical: ['http://acme.com/p|2.0'] },
      false,
    ],
    [
      'CarePlan?instantiates-canonical:below=http://acme.com/p|1',
      { instantiatesCanonical: ['http://acme.com/p|10'] },
      false,
    ],
    [
      'CarePlan?instantiates-canonical=http://acme.com/p',
      { instantiatesCanonical: ['http://acme.com/p|1'] },
      true,
    ],
    [
      'CarePlan?instantiates-canonical=PlanDefinition/p',
      { instantiatesCanonical: ['http://example.org/fhir/PlanDefinition/p|1'] },
      true,
    ],
    [
      'CarePlan?instantiates-canonical=http://example.org/fhir/PlanDefinition/p',
      { instantiatesCanonical: ['PlanDefinition/p'] },
      true,
    ],
    [
      'Bundle?composition=Composition/c',
      { type: 'document', entry: [{ resource: { resourceType: 'Composition', id: 'c' } }] },
      true,
    ],
    [
      'Bundle?composition=Composition/c',
      { type: 'collection', entry: [{ resource: { resourceType: 'Patient', id: 'c' } }] },
      false,
    ],
  ])
})

describe('3.1.1.4.17 Composite and :missing', () => {
  const component = (code: string, value: number) => ({
    code: { coding: [{ system: 'http://loinc.org', code }] },
    valueQuantity: { value, unit: 'mmHg' },
  })
  const pressure = { component: [component('8480-6', 107), component('8462-4', 60)] }
  cases([
    ['Observation?component-code-value-quantity=http://loinc.org|8480-6$lt60', pressure, false],
    ['Observation?component-code-value-quantity=http://loinc.org|8462-4$60', pressure, true],
    ['Observation?component-code-value-quantity=8480-6$60,8480-6$107||mmHg', pressure, true],
    ['Observation?component-code=8480-6&component-value-quantity=60', pressure, true],
    ['Observation?combo-code-value-quantity=8480-6$107', { ...component('8480-6', 107) }, true],
    [
      'MolecularSequence?chromosome-variant-coordinate=2$ge10$lt20',
      { referenceSeq: { chromosome: { coding: [{ code: '2' }] } }, variant: [{ start: 10, end: 19 }] },
      true,
    ],
    [
      'DocumentReference?relationship=DocumentReference/a$replaces',
      { relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/a' } }] },
      true,
    ],
    [
      'DocumentReference?relationship=DocumentReference/a$appends',
      { relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/a' } }] },
      false,
    ],
    ['Patient?gender:missing=true', {}, true],
    ['Patient?gender:missing=true', { _gender: { extension: [{ url: 'x', valueCode: 'y' }] } }, true],
    ['Patient?gender:missing=false', { gender: 'male' }, true],
    ['Patient?given:missing=true', { name: [{ given: [null] }] }, true],
  ])
})
