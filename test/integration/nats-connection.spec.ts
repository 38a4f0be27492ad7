import { expect, it } from "vitest";
import { connectNats } from "../../stores/nats/connection.ts";
import { startNats } from "../helpers/servers.ts";
import { waitFor } from "../helpers/wait-for.ts";

it("names NATS_URL when the url is wrong", async () => {
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  await expect(connectNats("localhost:4222", { name: "test", log })).rejects.toThrow(
    "NATS_URL: not of the form",
  );
});

it("tells that the server is gone, and comes back to it", async () => {
  const told: string[] = [];
  const tell = (message: string) => told.push(message);
  const server = await startNats();
  try {
    const connection = await connectNats(server.url, {
      name: "test",
      log: { info: tell, warn: tell, error: tell },
    });
    try {
      await server.kill("SIGKILL");
      await waitFor("the loss", () => told.includes("the connection to NATS is lost"));
      await server.start();
      await waitFor("the return", () => told.includes("connected to NATS again"));
      await connection.flush();
    } finally {
      await connection.close();
    }
  } finally {
    await server.stop();
  }
});
