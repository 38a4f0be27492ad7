import { connectAsync, type MqttClient } from "mqtt";

const PIXEL =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

type PlayerOptions = {
  readonly mqttUrl: string;
  readonly gatewayId: string;
  readonly password: string;
};

/** A gateway with a camera that does what it is told: a `fail` it refuses, to a `silent` it says nothing. */
export class Player {
  readonly #client: MqttClient;
  readonly #gatewayId: string;
  /** It says nothing to any command. */
  isMute = false;
  #seq = 0;

  private constructor(client: MqttClient, gatewayId: string) {
    this.#client = client;
    this.#gatewayId = gatewayId;
  }

  static async start({ mqttUrl, gatewayId, password }: PlayerOptions): Promise<Player> {
    const login = { username: gatewayId, password, clientId: gatewayId, reconnectPeriod: 500 };
    const client = await connectAsync(mqttUrl, login);
    const player = new Player(client, gatewayId);
    // What is told to a gateway that has gone meanwhile is told again; there is nobody here to hear of it.
    client.on("error", () => undefined);
    client.on("message", (topic, payload) => player.#receive(topic, payload));
    await client.subscribeAsync(`gw/${gatewayId}/down/#`, { qos: 1 });
    player.say("hello", { boot: "b1", firmware: "1.0.0", cameras: [{ id: "c1", name: "Door", ptz: true }] });
    return player;
  }

  /** One of each kind of message, and one that nobody can read. */
  tell(): void {
    this.#seq += 1;
    this.say("reported", { boot: "b1", seq: this.#seq, state: { count: this.#seq } });
    this.say("telemetry", { values: { temperature: 20 + (this.#seq % 5) } });
    this.say("heartbeat", { board: { cpu: 10, memory: 20 } });
    this.say("event", { id: `e${this.#seq}`, type: "door.opened", severity: "INFO" });
    this.say("log", { seq: this.#seq, level: "info", text: "all is well" });
    this.say("get", { token: `t${this.#seq}` });
    this.say("reported", { state: "not an object" });
  }

  say(topic: string, payload: object): void {
    this.#client.publish(`gw/${this.#gatewayId}/up/${topic}`, JSON.stringify(payload), { qos: 1 });
  }

  async stop(): Promise<void> {
    await this.#client.endAsync(true);
  }

  #receive(topic: string, payload: Buffer): void {
    if (!topic.endsWith("/down/command")) return;
    const { id, name, replyTo }: { id: string; name: string; replyTo: string } = JSON.parse(
      payload.toString(),
    );
    if (this.isMute || name === "silent") return;
    const answer =
      name === "fail"
        ? { id, status: "ERROR", error: { code: 1, message: "as it was told" } }
        : { id, status: "OK", result: resultOf(name) };
    this.#client.publish(replyTo, JSON.stringify(answer), { qos: 1 });
  }
}

function resultOf(name: string): object {
  if (name === "camera.startStream") return { url: "rtsp://127.0.0.1/c1" };
  if (name === "camera.snapshot") return { contentType: "image/png", data: PIXEL };
  return { done: name };
}
