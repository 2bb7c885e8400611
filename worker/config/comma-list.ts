/** What stands between commas, without blanks around it; nothing between two of them is nothing. */
export const splitAtCommas = (text: string): readonly string[] =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== '')
