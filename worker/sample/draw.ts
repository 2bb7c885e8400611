import type { Faker } from '@faker-js/faker'

/**
 * Chance, from the one generator that a patient has. Only sums, products and comparisons are made of what it gives, which come out the
 * same on every machine.
 */
export type Draw = {
  chance(probability: number): boolean
  /** Both ends included. */
  whole(least: number, most: number): number
  /** About as a population is spread: two thirds within one `spread` of the mean, none beyond three. */
  bell(mean: number, spread: number): number
  oneOf<Item>(list: readonly Item[]): Item
  /** `count` different ones, or all when there are fewer, in the order of the list. */
  some<Item>(list: readonly Item[], count: number): readonly Item[]
  instant(fromMs: number, toMs: number): number
}

export const drawFrom = (faker: Faker): Draw => {
  const part = () => faker.number.float()
  return {
    chance: (probability) => part() < probability,
    whole: (min, max) => faker.number.int({ min, max }),
    bell: (mean, spread) => mean + spread * 2 * (part() + part() + part() - 1.5),
    oneOf: (list) => faker.helpers.arrayElement(list),
    some: (list, count) => {
      const chosen = new Set(faker.helpers.arrayElements(list, count))
      return list.filter((item) => chosen.has(item))
    },
    instant: (from, to) => faker.date.between({ from, to: Math.max(from, to) }).getTime(),
  }
}
