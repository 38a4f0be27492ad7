import { ecsFormat } from "@elastic/ecs-pino-format";
import { type DestinationStream, type Logger, pino } from "pino";
import pretty from "pino-pretty";

export type LogFormat = {
  readonly format: "ecs" | "pretty";
  readonly nodeId: string;
  /** Tells systems on the same servers apart. */
  readonly namespace: string;
  readonly version: string;
};

/** JSON lines in the Elastic Common Schema, or lines for people; to standard output unless told otherwise. */
export function rootLogger(
  { format, nodeId, namespace, version }: LogFormat,
  to?: DestinationStream,
): Logger {
  if (format === "pretty") return pino({}, to ?? pretty({ colorize: true, ignore: "pid,hostname" }));
  const ecs = ecsFormat({
    serviceName: "gateway-twin",
    serviceVersion: version,
    serviceEnvironment: namespace,
    serviceNodeName: nodeId,
    eventDataset: "gateway_twin",
    apmIntegration: false,
  });
  return pino(ecs, to ?? pino.destination(1));
}
