const Z80 = 1.2816;

/** Log-odds as a factor on the odds, with the 80 % interval, in three figures. */
export function oddsOf(logOdds: number, sd: number): { value: string; low: string; high: string } {
  const factor = (value: number) => {
    const odds = Math.exp(value);
    return Number.isFinite(odds) ? odds.toPrecision(3) : "–";
  };
  return { value: factor(logOdds), low: factor(logOdds - Z80 * sd), high: factor(logOdds + Z80 * sd) };
}
