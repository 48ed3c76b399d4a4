import { expect, test } from "vitest";
import { smallScenario } from "../testing/scenario.ts";
import { evenkeel } from "../testing/world.ts";

const page = '<title>page</title><script id="evenkeel-data" type="application/json"></script>';

test("the dashboard serves the page with its data on the loopback interface, until Ctrl-C", async () => {
  const answers: { status: number; text: string }[] = [];
  const words = ["dashboard", "-", "--port", "0", "--no-open", "--threads", "1"];
  let served: () => void = () => undefined;
  const isServed = new Promise<void>((resolve) => {
    served = resolve;
  });
  let interrupt: () => void = () => undefined;
  let said = "";
  const heard = evenkeel(words, {
    input: smallScenario,
    page,
    interruptible: (pull) => {
      interrupt = pull;
    },
    onOut: (text) => {
      said += text;
      served();
    },
  });
  await isServed;
  const url = said.trim();
  expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
  for (const path of ["", "other"]) {
    const response = await fetch(`${url}${path}`);
    answers.push({ status: response.status, text: await response.text() });
  }
  interrupt();
  expect((await heard).code).toBe(0);
  expect(answers[0]?.status).toBe(200);
  const data = /application\/json">(.*?)<\/script>/s.exec(answers[0]?.text ?? "")?.[1] ?? "";
  expect(JSON.parse(data)).toMatchObject({ scenario: { name: "small" }, runs: 3 });
  expect(answers[1]?.status).toBe(404);
});
