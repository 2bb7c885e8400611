import { describe } from 'vitest'
import { cases } from './spec-cases.ts'

/** What the page on search of FHIR R4 says of values that are ordered or read, in its own examples and a few more. */

describe('3.1.1.4.5 Prefixes and 3.1.1.4.7 date', () => {
  const on = (effectiveDateTime: string) => ({ effectiveDateTime })
  const from21Jan = { effectivePeriod: { start: '2013-01-21' } }
  const from15Mar = { effectivePeriod: { start: '2013-03-15' } }
  const until21Jan = { effectivePeriod: { end: '2013-01-21' } }
  cases([
    ['Observation?date=eq2013-01-14', on('2013-01-14T00:00:00Z'), true],
    ['Observation?date=eq2013-01-14', on('2013-01-14T10:00:00Z'), true],
    ['Observation?date=eq2013-01-14', on('2013-01-15T00:00:00Z'), false],
    ['Observation?date=ne2013-01-14', on('2013-01-15T00:00:00Z'), true],
    ['Observation?date=ne2013-01-14', on('2013-01-14T00:00:00Z'), false],
    ['Observation?date=ne2013-01-14', on('2013-01-14T10:00:00Z'), false],
    ['Observation?date=lt2013-01-14T10:00', on('2013-01-14'), true],
    ['Observation?date=gt2013-01-14T10:00', on('2013-01-14'), true],
    ['Observation?date=ge2013-03-14', from21Jan, true],
    ['Observation?date=le2013-03-14', from21Jan, true],
    ['Observation?date=sa2013-03-14', from15Mar, true],
    ['Observation?date=sa2013-03-14', from21Jan, false],
    ['Observation?date=sa2013-03-14', until21Jan, false],
    ['Observation?date=eb2013-03-14', from15Mar, false],
    ['Observation?date=eb2013-03-14', from21Jan, false],
    ['Observation?date=eb2013-03-14', until21Jan, true],
    ['Observation?date=ap2013-03-14', on('2013-03-14'), true],
    ['Observation?date=ap2013-03-14', on('2013-01-21'), true],
    ['Observation?date=ap2013-03-14', on('2015-06-15'), false],
    // The range of the search value contains that of the target, not the other way round.
    ['Observation?date=2013-01-14', on('2013-01'), false],
    ['Observation?date=2013-01', on('2013-01-14'), true],
    ['Observation?date=2000', on('2000-12-31T23:59:59Z'), true],
    ['Observation?date=2000-04', on('2000-04-30T23:59:59.999Z'), true],
    ['Observation?date=2000-04', on('2000-05-01T00:00:00Z'), false],
    ['Observation?date=gt2013-01-14', on('2013-01-14T10:00:00Z'), false],
    ['Observation?date=gt2013-01-14', on('2013-01-15'), true],
    ['Observation?date=lt2013-01-14', on('2013-01-14T10:00:00Z'), false],
    ['Observation?date=ge2013-01-14', on('2013-01-14T10:00:00Z'), true],
    // "The system should correct for time zones"; a `+` comes out of a form as a blank.
    ['Observation?date=2013-01-14T10:00:00+02:00', on('2013-01-14T08:00:00Z'), true],
    ['Observation?date=2013-01-14T10:00:00 02:00', on('2013-01-14T03:00:00-05:00'), true],
    ['Observation?date=2013-01-14', on('2013-01-15T01:00:00+02:00'), true],
    ['Observation?date=2013-01-14T10:00', on('2013-01-14T10:00:59Z'), true],
    ['Observation?date=2013-01-14T10:00:00.12Z', on('2013-01-14T10:00:00.1299Z'), true],
    ['Observation?date=sa2013-01-14T10:00:00.123456Z', on('2013-01-14T10:00:00.123457Z'), true],
    ['Observation?date=0001', on('0001-02-03'), true],
    ['Observation?date=2016-02-29', on('2016-02-29'), true],
    // "An instant is considered a fixed point in time": it has no second to reach behind the half of it.
    ['Observation?date=gt2013-01-14T10:00:00.500Z', on('2013-01-14T10:00:00Z'), true],
    ['Observation?date=gt2013-01-14T10:00:00.500Z', { effectiveInstant: '2013-01-14T10:00:00Z' }, false],
    ['Observation?date=lt2013-01-14T10:00:00.500Z', { effectiveInstant: '2013-01-14T10:00:00Z' }, true],
    ['Observation?date=2013-01-14T10:00:00.000Z', { effectiveInstant: '2013-01-14T10:00:00Z' }, true],
    // "Only the outer limits matter."
    [
      'Observation?date=eq2013-02-01',
      { effectiveTiming: { repeat: { boundsPeriod: { start: '2013-01-31', end: '2013-03-24' } } } },
      false,
    ],
    [
      'Observation?date=ap2013-02-01',
      { effectiveTiming: { repeat: { boundsPeriod: { start: '2013-01-31', end: '2013-03-24' } } } },
      true,
    ],
    [
      'Observation?date=eq2013',
      { effectiveTiming: { event: ['2013-05-01', '2013-01-31', '2013-02-02'] } },
      true,
    ],
    ['Observation?date=sa2013-01-30', { effectiveTiming: { event: ['2013-05-01', '2013-01-31'] } }, true],
    ['Observation?date=ne2013', { effectiveTiming: { code: { text: 'BID' } } }, false],
    ['Observation?date=ne2013', {}, false],
    ['MedicationRequest?date=2013', { dosageInstruction: [{ timing: { event: ['2013-05-01'] } }] }, true],
  ])
})

describe('3.1.1.4.6 number', () => {
  const probability = (probabilityDecimal: number) => ({ prediction: [{ probabilityDecimal }] })
  cases([
    ['RiskAssessment?probability=100', probability(99.5), true],
    ['RiskAssessment?probability=100', probability(100.49), true],
    ['RiskAssessment?probability=100', probability(100.5), false],
    ['RiskAssessment?probability=100.00', probability(99.995), true],
    ['RiskAssessment?probability=100.00', probability(100.005), false],
    ['RiskAssessment?probability=1e2', probability(95), true],
    ['RiskAssessment?probability=1e2', probability(94.9), false],
    ['RiskAssessment?probability=1e2', probability(105), false],
    ['RiskAssessment?probability=1.00e2', probability(99.5), true],
    ['RiskAssessment?probability=1.00e2', probability(99.4), false],
    ['RiskAssessment?probability=ne100', probability(100.4), false],
    ['RiskAssessment?probability=ne100', probability(100.5), true],
    ['RiskAssessment?probability=lt100', probability(99.9), true],
    ['RiskAssessment?probability=lt100', probability(100), false],
    ['RiskAssessment?probability=le100', probability(100), true],
    ['RiskAssessment?probability=le100', probability(100.1), false],
    ['RiskAssessment?probability=gt100', probability(100.1), true],
    ['RiskAssessment?probability=gt100', probability(100), false],
    ['RiskAssessment?probability=ge100', probability(100), true],
    ['RiskAssessment?probability=sa100', probability(100.1), true],
    ['RiskAssessment?probability=eb100', probability(100.1), false],
    ['RiskAssessment?probability=ap100', probability(110), true],
    ['RiskAssessment?probability=ap100', probability(110.1), false],
    ['RiskAssessment?probability=ap2', probability(2.5), true],
    ['RiskAssessment?probability=ap-100', probability(-90), true],
    ['RiskAssessment?probability=gt8e-1', probability(0.81), true],
    ['RiskAssessment?probability=0.3', probability(0.3), true],
    ['RiskAssessment?probability=-0.5', probability(-0.5), true],
    [
      'RiskAssessment?probability=gt0.5',
      { prediction: [{ probabilityRange: { low: { value: 0.4 } } }] },
      true,
    ],
    [
      'RiskAssessment?probability=0.5',
      { prediction: [{ probabilityRange: { low: { value: 0.46 }, high: { value: 0.54 } } }] },
      true,
    ],
    // "If there are non-zero digits after a decimal point, there cannot be any matches."
    ['MolecularSequence?variant-start=100', { variant: [{ start: 100 }] }, true],
    ['MolecularSequence?variant-start=100.0', { variant: [{ start: 100 }] }, true],
    ['MolecularSequence?variant-start=99.9', { variant: [{ start: 100 }] }, false],
  ])
})

describe('3.1.1.4.8 string', () => {
  const given = (...names: string[]) => ({ name: [{ given: names }] })
  const family = (name: string) => ({ name: [{ family: name }] })
  cases([
    ['Patient?given=eve', given('Eve'), true],
    ['Patient?given=eve', given('Evelyn'), true],
    ['Patient?given=eve', given('Severine'), false],
    ['Patient?given:contains=eve', given('Severine'), true],
    ['Patient?given:exact=Eve', given('Eve'), true],
    ['Patient?given:exact=Eve', given('eve'), false],
    ['Patient?given:exact=Eve', given('EVE'), false],
    ['Patient?given:exact=Eve', given('Evelyn'), false],
    ['Patient?given=eve', given('Adam', 'Éve'), true],
    ['Patient?given=Ève', given('Eve'), true],
    ['Patient?family=strasse', family('Straße'), true],
    ['Patient?family=ΟΔΟΣ', family('Οδός'), true],
    ['Patient?family=οδοσ', family('ΟΔΟΣ'), true],
    ['Patient?family=OBrien', family("O'Brien"), true],
    ["Patient?family=O'Brien", family('OBrien'), true],
    ['Patient?address=1 Main St.', { address: [{ line: ['1  Main\tSt'] }] }, true],
    ['Patient?family=carreno', family('Carreno Quinones'), true],
    ['Patient?family=quinones', family('Carreno Quiñones'), true],
    ['Patient?name=quinones', family('Carreno-Quinones'), true],
    ['Patient?family:exact=Quinones', family('Carreno Quinones'), false],
    ['Patient?name:exact=Quinones', family('Carreno Quinones'), false],
    ['Patient?given=ann', given('Mary Ann'), false],
    ['Patient?name=dr', { name: [{ use: 'official', prefix: ['Dr.'] }] }, true],
    ['Patient?name=official', { name: [{ use: 'official', prefix: ['Dr.'] }] }, false],
    ['Patient?address=home', { address: [{ use: 'home', city: 'Rome' }] }, false],
    ['Patient?address=rome', { address: [{ use: 'home', city: 'Rome' }] }, true],
    ['Patient?family=a\\,b', family('a,b'), true],
    ['Patient?family:exact=a\\,b\\|c\\$d\\\\e', family('a,b|c$d\\e'), true],
    ['Patient?family:exact=a,b', family('a,b'), false],
  ])
})

describe('3.1.1.4.9 uri', () => {
  const url = (text: string) => ({ url: text })
  cases([
    ['ValueSet?url=http://acme.org/fhir/ValueSet/123', url('http://acme.org/fhir/ValueSet/123'), true],
    ['ValueSet?url=http://acme.org/fhir/ValueSet/123', url('http://acme.org/fhir/ValueSet/1234'), false],
    ['ValueSet?url=http://acme.org/fhir/ValueSet/abc', url('http://acme.org/fhir/ValueSet/ABC'), false],
    ['ValueSet?url:below=http://acme.org/fhir/', url('http://acme.org/fhir/ValueSet/123'), true],
    ['ValueSet?url:below=http://acme.org/fhir', url('http://acme.org/fhirs/ValueSet/123'), false],
    [
      'ValueSet?url:above=http://acme.org/fhir/ValueSet/123/_history/5',
      url('http://acme.org/fhir/ValueSet/123'),
      true,
    ],
    [
      'ValueSet?url:above=http://acme.org/fhir/ValueSet/1234',
      url('http://acme.org/fhir/ValueSet/123'),
      false,
    ],
    ['ValueSet?url=urn:oid:1.2.3.4.5', url('urn:oid:1.2.3.4.5'), true],
    // "Automatically detecting a |[version] portion as part of the search parameter."
    ['ValueSet?url=http://acme.org/v|1.0', { url: 'http://acme.org/v', version: '1.0' }, true],
    ['ValueSet?url=http://acme.org/v|1.0', { url: 'http://acme.org/v', version: '1.1' }, false],
    ['ValueSet?url=http://acme.org/v|1.0', { url: 'http://acme.org/v' }, false],
    ['Patient?_profile=http://acme.org/p', { meta: { profile: ['http://acme.org/p'] } }, true],
    ['Patient?_profile=http://acme.org/p', { meta: { profile: ['http://acme.org/p|1'] } }, true],
    ['Patient?_profile=http://acme.org/p|2', { meta: { profile: ['http://acme.org/p|1'] } }, false],
    ['Patient?_profile:below=http://acme.org', { meta: { profile: ['http://acme.org/p|1'] } }, true],
  ])
})
