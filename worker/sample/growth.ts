import { ageAt, hasIllness, type Person } from './person.ts'

type Point = readonly [age: number, value: number]

/** Means by age in years, read off the usual growth charts. */
const height = {
  female: [
    [0, 49],
    [1, 74],
    [2, 86],
    [4, 102],
    [6, 115],
    [8, 127],
    [10, 138],
    [12, 151],
    [14, 160],
    [17, 163],
  ],
  male: [
    [0, 50],
    [1, 76],
    [2, 87],
    [4, 103],
    [6, 116],
    [8, 128],
    [10, 138],
    [12, 149],
    [14, 164],
    [18, 176],
  ],
} as const satisfies Record<Person['sex'], readonly Point[]>
const bodyMassIndex: readonly Point[] = [
  [0, 13],
  [1, 17],
  [3, 16],
  [6, 15.5],
  [10, 17],
  [14, 19.5],
  [18, 22],
  [30, 24.5],
  [60, 25.5],
]
const pulse: readonly Point[] = [
  [0, 135],
  [1, 115],
  [4, 100],
  [8, 88],
  [14, 78],
  [20, 72],
]
const breaths: readonly Point[] = [
  [0, 42],
  [1, 30],
  [4, 24],
  [8, 20],
  [14, 16],
]
const systolic: readonly Point[] = [
  [0, 78],
  [1, 90],
  [6, 98],
  [12, 108],
  [18, 115],
  [40, 119],
  [80, 132],
]
const headCircumference: readonly Point[] = [
  [0, 35],
  [0.5, 43],
  [1, 46],
  [2, 48],
  [3, 49.5],
]

/** What is usual for a person at a time. */
export const bodyAt = (person: Person, ms: number) => {
  const age = ageAt(person, ms)
  const heightCm = at(height[person.sex], age) * person.stature
  const index = at(bodyMassIndex, age) * (age < 3 ? 1 : person.girth)
  const isHypertensive = hasIllness(person, 'hypertension', ms)
  return {
    heightCm,
    weightKg: (index * heightCm * heightCm) / 10_000,
    pulse: at(pulse, age),
    breaths: at(breaths, age),
    systolic: at(systolic, age) + (isHypertensive ? 16 : 0),
    headCm: at(headCircumference, age),
  }
}

/** On the line between the points on either side. */
const at = (points: readonly Point[], x: number): number => {
  const next = points.findIndex(([age]) => age > x)
  const [x1, y1] = points[next] ?? [x, points.at(-1)?.[1] ?? 0]
  const [x0, y0] = points[next - 1] ?? [x1, y1]
  return x1 === x0 ? y1 : y0 + ((y1 - y0) * (x - x0)) / (x1 - x0)
}
