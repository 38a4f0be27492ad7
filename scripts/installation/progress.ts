/** A line for each tenth of each part of the work. */
export function printer(print: (line: string) => void): (what: string, share: number) => void {
  const told = new Map<string, number>();
  return (what, share) => {
    const tenths = Math.floor(share * 10);
    if (tenths <= (told.get(what) ?? -1)) return;
    told.set(what, tenths);
    print(`${what}: ${tenths * 10} %`);
  };
}
