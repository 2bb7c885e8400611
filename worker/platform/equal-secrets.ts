/** Whether two texts are the same, in a time that says nothing of where they differ. */
export const equalSecrets = async (a: string, b: string): Promise<boolean> => {
  const [first, second] = await Promise.all([digestOf(a), digestOf(b)]) // of one length, whatever was given
  return first.reduce((difference, byte, i) => difference | (byte ^ (second[i] ?? 0)), 0) === 0
}

const digestOf = async (text: string): Promise<Uint8Array> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))
