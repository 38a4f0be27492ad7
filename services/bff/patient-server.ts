import { Server } from "node:http";

const REQUEST_MS = 200;

/** Node counts a connection as idle as long as nothing was read from it: at the end such a one gets a moment more. */
export class PatientServer extends Server {
  override closeIdleConnections(): void {
    setTimeout(() => super.closeIdleConnections(), REQUEST_MS);
  }
}
