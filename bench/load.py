#!/usr/bin/env python3
"""Load on the release build: how many requests a second the API answers, and how long they take.

    cargo build --release -p local && python3 bench/load.py

Starts `pie up` on a free port and a folder of its own, imports an invented company through the API, and sends
requests with wrk (Debian: wrk). Everything stays on 127.0.0.1 and ends by itself. Needs nothing but Python's own
library. Prints a table in Markdown; --json FILE writes the figures.
"""

import argparse, csv, io, json, os, pathlib, random, re, signal, subprocess, sys, tempfile, threading, time
import urllib.error, urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
STAGES = ["Qualification", "Discovery", "Demo", "Proposal", "Negotiation"]
DEMO = 400  # deals of the small demo company that every run begins with
PART = 4 << 20
PAGE_S = 1 / os.sysconf("SC_CLK_TCK")


def company(deals, seed=1):
    """A company of so many deals: about a third open, three stages behind each in the mean."""
    luck = random.Random(seed)
    now = time.time()
    day = lambda at: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))
    rows, moves = io.StringIO(), io.StringIO()
    deal, move = csv.writer(rows), csv.writer(moves)
    deal.writerow(["deal_id", "name", "company", "amount", "currency", "stage", "owner", "created_at", "closed_at", "expected_close"])
    move.writerow(["deal_id", "stage", "entered_at"])
    for n in range(deals):
        name = f"BULK-{n:06}"
        at = begun = now - luck.uniform(5, 500) * 86400
        stage, closed = STAGES[0], ""
        for step, stage in enumerate(STAGES):
            move.writerow([name, stage, day(at)])
            following = at + luck.expovariate(1 / 18) * 86400
            if following > now - 3600:
                break
            at = following
            if luck.random() < 0.16 or step == len(STAGES) - 1:
                stage = "Closed Won" if step == len(STAGES) - 1 else "Closed Lost"
                closed = day(at)
                move.writerow([name, stage, closed])
                break
        amount = f"{luck.lognormvariate(9.5, 1):.2f}"
        expected = day(at + luck.uniform(-20, 90) * 86400)[:10]
        owner = f"seller{n % 40}@bulk.example"
        deal.writerow([name, f"Deal {n}", f"Company {n % (deals // 5 + 1)}", amount, "USD", stage, owner, day(begun), closed, expected])
    return {"bulk_deals.csv": rows.getvalue(), "bulk_history.csv": moves.getvalue()}


class Server:
    def __init__(self, binary, folder):
        self.folder = folder
        self.log = open(folder / "log", "w+")
        plenty = [arg for c in ("read", "write", "simulate", "import", "export") for arg in ("--limit", f"{c}=1000000/1000000/1")]
        self.process = subprocess.Popen(
            [binary, "up", "--port", "0", "--data", str(folder / "pie"), "--size", "small", "--json", *plenty],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        text = ""
        while True:
            line = self.process.stdout.readline()
            if not line:
                self.log.seek(0)
                sys.exit("pie up did not start:\n" + self.log.read())
            text += line
            try:
                self.told = json.loads(text)
                break
            except ValueError:
                continue
        self.url = self.told["url"]
        self.key = json.loads((folder / "pie" / "credentials.json").read_text())["api_key"]

    def ask(self, method, path, body=None, headers=None):
        request = urllib.request.Request(self.url + path, method=method, headers={"authorization": f"Bearer {self.key}", **(headers or {})})
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            request.add_header("content-type", "application/json")
        try:
            with urllib.request.urlopen(request, body) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            sys.exit(f"{method} {path}: {error.code} {error.read().decode()}")

    def wait(self, job):
        while True:
            now = self.ask("GET", f"/v1/jobs/{job['id']}")
            if now["status"] == "succeeded":
                return now
            if now["status"] in ("failed", "cancelled"):
                sys.exit(f"the job {now['status']}: {now['problem']}")
            time.sleep(0.1)

    def load(self, files):
        """Imports files; gives the seconds of the commit alone."""
        of = self.ask("POST", "/v1/imports", {"source": f"bulk{time.time_ns()}", "options": {}})["id"]
        for name, text in files.items():
            data = text.encode()
            for at in range(0, len(data), PART):
                part = data[at:at + PART]
                self.ask("PUT", f"/v1/imports/{of}/files/{name}", part, {
                    "content-range": f"bytes {at}-{at + len(part) - 1}/{len(data)}", "content-type": "application/octet-stream"})
        self.wait(self.ask("POST", f"/v1/imports/{of}/validate"))
        begun = time.monotonic()
        self.wait(self.ask("POST", f"/v1/imports/{of}/commit"))
        return time.monotonic() - begun

    def cpu_s(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * PAGE_S

    def rss_mb(self):
        return int(re.search(r"VmRSS:\s+(\d+)", open(f"/proc/{self.process.pid}/status").read())[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait(30)
        self.log.seek(0)
        return self.log.read()


def millis(text):
    value, unit = re.match(r"([\d.]+)(us|ms|s)", text).groups()
    return float(value) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def wrk(server, seconds, connections, path=None, script=None):
    """A run of wrk: answers a second, median and p99 in milliseconds, errors, CPU of the server per answer."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-H", f"authorization: Bearer {server.key}"]
    if script:
        command += ["-s", str(script)]
    before = server.cpu_s()
    out = subprocess.run(command + [server.url + (path or "/")], capture_output=True, text=True).stdout
    cpu = server.cpu_s() - before
    grab = lambda pattern: re.search(pattern, out)
    if not grab(r"Requests/sec"):
        sys.exit("wrk said:\n" + out)
    bad = int(grab(r"Non-2xx or 3xx responses: (\d+)")[1]) if grab(r"Non-2xx") else 0
    count = int(grab(r"(\d+) requests in")[1])
    return {
        "per_s": float(grab(r"Requests/sec:\s+([\d.]+)")[1]), "p50_ms": millis(grab(r"50%\s+(\S+)")[1]),
        "p99_ms": millis(grab(r"99%\s+(\S+)")[1]), "errors": bad, "cpu_ms": 1000 * cpu / max(count, 1)}


LUA = """
local paths = {PATHS}
local bodies = {BODIES}
local n = 0
request = function()
  n = n + 1
  local body = bodies[(n % #bodies) + 1]
  local headers = nil
  if body then wrk.headers["content-type"] = "application/json" end
  return wrk.format(body and "POST" or "GET", paths[(n % #paths) + 1], wrk.headers, body)
end
"""


def script(folder, paths, bodies=()):
    quote = lambda text: "[==[" + text + "]==]"
    file = folder / f"load{time.time_ns()}.lua"
    file.write_text(LUA.replace("PATHS", ",".join(map(quote, paths))).replace("BODIES", ",".join(map(quote, bodies))))
    return file


def main():
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--binary", default=str(ROOT / "target/release/pie"))
    asked.add_argument("--seconds", type=int, default=10, help="of each run")
    asked.add_argument("--long", type=int, default=60, help="seconds of the run that watches memory")
    asked.add_argument("--deals", type=int, default=10_000)
    asked.add_argument("--many", type=int, default=100_000, help="deals of the large book; 0 leaves it out")
    asked.add_argument("--json", type=pathlib.Path)
    args = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="pie-load-") as folder:
        folder = pathlib.Path(folder)
        server = Server(args.binary, folder)
        try:
            figures = run(server, folder, args)
        finally:
            said = server.stop()
    figures["emulator"] = [line.strip() for line in said.splitlines() if "embedded AWS" in line]
    for line in figures["emulator"]:
        print(line)
    if args.json:
        args.json.write_text(json.dumps(figures, indent=1))


def run(server, folder, args):
    figures = {}

    def told(name, goal, result):
        figures[name] = result
        print(f"| {name} | {result['per_s']:,.0f} | {result['p50_ms']:.1f} | {result['p99_ms']:.1f} | {result['cpu_ms']:.2f} | {result['errors']} | {goal} |", flush=True)

    seconds = server.load(company(args.deals - DEMO))
    rate = (args.deals - DEMO) / seconds
    figures["import"] = {"deals": args.deals - DEMO, "seconds": seconds, "deals_per_s": rate}
    print(f"import: {args.deals - DEMO:,} deals and their history in {seconds:.1f} s, {rate:,.0f} deals/s (goal 1,000)\n")
    print("| requests | per second | median ms | p99 ms | server CPU ms | errors | goal |\n|---|---|---|---|---|---|---|")
    server.ask("GET", "/v1/forecasts/current?by=quarter")
    reads = {
        "deals, filtered and sorted": "/v1/deals?filter[stage]=Proposal&sort=-amount&limit=50",
        "deals, open above an amount": "/v1/deals?filter[outcome]=open&filter[amount][gte]=20000&sort=close_date&limit=20",
        "forecast, current": "/v1/forecasts/current?by=quarter",
        "insights: overdue": "/v1/insights/overdue",
        "insights: today": "/v1/insights/today",
        "insights: owners": "/v1/insights/owners/kpis"}
    encoded = lambda path: path.replace("[", "%5B").replace("]", "%5D")
    for name, path in reads.items():
        server.ask("GET", encoded(path))
        told(name, "≥ 2,000/s, p99 ≤ 20", wrk(server, args.seconds, 16, encoded(path)))
    page = server.ask("GET", encoded("/v1/deals?filter[outcome]=open&limit=200"))
    open_deals = [deal["id"] for deal in page["data"]]
    told("one deal's page", "≥ 500/s, p99 ≤ 30", wrk(server, args.seconds, 8, script=script(folder, [f"/v1/deals/{id}" for id in open_deals])))
    bodies = []
    for id in open_deals:
        body = json.dumps({"deal": id, "scenarios": ["add_champion"], "runs": 10000})
        try:
            urllib.request.urlopen(urllib.request.Request(server.url + "/v1/simulations", body.encode(), {
                "authorization": f"Bearer {server.key}", "content-type": "application/json"}))
            bodies.append(body)
        except urllib.error.HTTPError:
            pass
        if len(bodies) == 50:
            break
    told("simulation, 10,000 runs, two arms", "p99 ≤ 15", wrk(server, args.seconds, 2, script=script(folder, ["/v1/simulations"], bodies)))
    samples, done = [], threading.Event()

    def watch():
        while not done.wait(1):
            samples.append(server.rss_mb())

    watcher = threading.Thread(target=watch)
    watcher.start()
    told(f"mixed reads for {args.long} s", "memory flat", wrk(server, args.long, 8, script=script(folder, [encoded(path) for path in reads.values()])))
    done.set()
    watcher.join()
    third = max(len(samples) // 3, 1)
    first, last = sum(samples[:third]) / third, sum(samples[-third:]) / third
    figures["memory"] = {"first_mb": first, "last_mb": last}
    print(f"\nmemory: {first:.0f} MB in the first third, {last:.0f} MB in the last, {100 * (last / first - 1):+.1f} % (goal ±5 %)")
    if args.many:
        seconds = server.load(company(args.many - args.deals, seed=2))
        print(f"import: {args.many - args.deals:,} deals more in {seconds:.1f} s, {(args.many - args.deals) / seconds:,.0f} deals/s")
        figures["import, large"] = {"deals": args.many - args.deals, "seconds": seconds}
        path = encoded("/v1/deals?filter[stage]=Proposal&filter[amount][gte]=20000&sort=-amount&limit=50")
        begun = time.monotonic()
        server.ask("GET", path)
        print(f"first read after it, which fetches every changed row: {time.monotonic() - begun:.1f} s\n")
        # The snapshot of the book that follows an import takes a core for a few seconds.
        time.sleep(8)
        varied = [path.replace("20000", str(1000 * n)) for n in range(1, 60)]
        told(f"filter over {args.many:,} deals", "p99 ≤ 25", wrk(server, args.seconds, 1, script=script(folder, varied)))
        print(f"memory with it: {server.rss_mb():.0f} MB")
    return figures


if __name__ == "__main__":
    main()
