import { OF_CLUSTER, type Page, quantile, rate, SCOPE } from "./page.ts";

/** The machinery of the actors: from the question over the commit to the bus. */
export const actorHost: Page = {
  name: "actor-host",
  title: "Actor host",
  description:
    "The actors: who owns them, what waits for them, how fast changes are committed and handed on.",
  rows: [
    {
      title: "Ownership",
      panels: [
        {
          title: "Owned partitions",
          tells:
            "Per type and node. The sum of a type should not change; a node's share does when nodes come and go.",
          unit: "short",
          queries: { "{{type}} {{instance}}": `gateway_twin_actors_partitions{${SCOPE}}` },
        },
        {
          title: "Owned partitions in all",
          tells:
            "Per type. Less than at other times: some partitions have no owner, and their gateways wait.",
          unit: "short",
          queries: { "{{type}}": `sum by (type) (gateway_twin_actors_partitions{${SCOPE}})` },
        },
        {
          title: "Partitions without an owner",
          tells: "Their gateways are not served. Seconds of it are usual when a node has died.",
          unit: "short",
          queries: {
            "{{type}}": `max by (type) (gateway_twin_cluster_partitions{${OF_CLUSTER},state="unowned"})`,
          },
          alerts: ["PartitionsWithoutOwner"],
        },
        {
          title: "Partitions on the move",
          tells: "Taken and given back per second. Without a start or an end of a node there should be none.",
          unit: "ops",
          queries: {
            "{{type}} {{result}}": `sum by (type, result) (${rate("gateway_twin_ownership_claims_total")})`,
            "{{type}} released": `sum by (type) (${rate("gateway_twin_ownership_releases_total")}) or vector(0)`,
          },
        },
        {
          title: "Failover gap",
          tells: "How long partitions had no owner that could commit, 99 of 100 at most, by why they moved.",
          unit: "s",
          queries: { "{{reason}}": quantile(0.99, "gateway_twin_failover_gap_seconds", "reason") },
          alerts: ["FailoverSlow"],
        },
        {
          title: "Renewals of sessions",
          tells: "Per second. `ended`: a node was too late and lost what it owned.",
          unit: "ops",
          queries: {
            "{{instance}} {{result}}": `sum by (instance, result) (${rate("gateway_twin_session_renewals_total")})`,
          },
        },
        {
          title: "Renewals that failed",
          tells: "Per second. The node is too busy, or the database is slow or away.",
          unit: "ops",
          queries: {
            "{{instance}}": `sum by (instance) (${rate("gateway_twin_session_renewals_total", `result!="renewed"`)}) or vector(0)`,
          },
          alerts: ["SessionRenewalsFailing"],
        },
        {
          title: "Refused by the fence",
          tells:
            "Rows of a node that did not own the partition any more. They changed nothing; more than a few are a fault.",
          unit: "ops",
          queries: { "{{instance}}": rate("gateway_twin_commit_fenced_rows_total") },
        },
      ],
    },
    {
      title: "Asks",
      panels: [
        {
          title: "Answers",
          tells: "Messages that actors answered, per second.",
          unit: "ops",
          queries: {
            "{{type}} {{result}}": `sum by (type, result) (${rate("gateway_twin_actors_answers_total")})`,
          },
        },
        {
          title: "Asks waiting",
          tells:
            "Accepted and not answered, of as many as are possible. At 1 more are refused as OVERLOADED.",
          unit: "percentunit",
          queries: {
            "{{type}} {{instance}}": `gateway_twin_actors_waiting{${SCOPE}} / gateway_twin_actors_waiting_limit{${SCOPE}}`,
          },
        },
        {
          title: "Time of an ask",
          tells: "With all retries, 99 of 100 at most.",
          unit: "s",
          queries: { "{{type}}": quantile(0.99, "gateway_twin_asks_duration_seconds", "type") },
        },
        {
          title: "Asks by result",
          tells: "Per second. `failed`: no owner answered in time.",
          unit: "ops",
          queries: { "{{type}} {{result}}": `sum by (type, result) (${rate("gateway_twin_asks_total")})` },
        },
        {
          title: "Retries of the router",
          tells: "Asks that went to another node, or once more, per second. Usual while partitions move.",
          unit: "ops",
          queries: {
            "{{type}} {{reason}}": `sum by (type, reason) (${rate("gateway_twin_asks_retries_total")}) or vector(0)`,
          },
        },
        {
          title: "Dead letters",
          tells:
            "Messages that made an actor fail, and rows that a consumer could not handle, per second. Each is a fault.",
          unit: "ops",
          queries: {
            "actor {{type}}": `sum by (type) (${rate("gateway_twin_dead_letters_total")}) or vector(0)`,
            "consumer {{group}}": `sum by (group) (${rate("gateway_twin_bus_dead_letters_total")}) or vector(0)`,
          },
          alerts: ["DeadLetters"],
        },
      ],
    },
    {
      title: "Actors in memory",
      panels: [
        {
          title: "In use",
          tells: "Actors in memory as objects. They become idle after half a minute to a minute without use.",
          unit: "short",
          queries: { "{{type}} {{instance}}": `gateway_twin_actors_hot{${SCOPE}}` },
        },
        {
          title: "Idle",
          tells: "Actors in memory as documents, and the memory these take.",
          unit: "short",
          queries: { "{{type}} {{instance}}": `gateway_twin_actors_idle{${SCOPE}}` },
        },
        {
          title: "Memory of idle actors",
          tells: "Beyond 1 GiB on a node they are only in the store.",
          unit: "bytes",
          queries: { "{{type}} {{instance}}": `gateway_twin_actors_idle_bytes{${SCOPE}}` },
        },
        {
          title: "Loads",
          tells: "Actors read from the store, per second.",
          unit: "ops",
          queries: {
            "{{type}} {{result}}": `sum by (type, result) (${rate("gateway_twin_actors_loads_total")})`,
          },
        },
        {
          title: "Time of a load",
          tells: "99 of 100 at most. One read loads many actors; messages wait for it.",
          unit: "s",
          queries: { "{{type}}": quantile(0.99, "gateway_twin_actors_load_duration_seconds", "type") },
        },
      ],
    },
    {
      title: "Commits",
      panels: [
        {
          title: "Commits",
          tells:
            "Statements per second; each carries the changes of many partitions. `failed` ones are sent again.",
          unit: "ops",
          queries: {
            "{{instance}} {{result}}": `sum by (instance, result) (${rate("gateway_twin_commits_total")})`,
          },
        },
        {
          title: "Commits that failed",
          tells: "Per second. Nothing is acknowledged until the database takes them; nothing is lost.",
          unit: "ops",
          queries: {
            "{{instance}}": `sum by (instance) (${rate("gateway_twin_commits_total", `result="failed"`)})`,
          },
          alerts: ["CommitsFailing"],
        },
        {
          title: "Time of a commit",
          tells: "What the database's disk and network cost. Every acknowledgement waits for one.",
          unit: "s",
          queries: {
            "{{instance}} p50": quantile(0.5, "gateway_twin_commit_duration_seconds", "instance"),
            "{{instance}} p99": quantile(0.99, "gateway_twin_commit_duration_seconds", "instance"),
          },
          alerts: ["CommitSlow"],
        },
        {
          title: "Changes per commit",
          tells: "On average. It grows with the load: that is how commits keep up.",
          unit: "short",
          queries: {
            changes: `sum(${rate("gateway_twin_commit_changes_sum")}) / sum(${rate("gateway_twin_commit_changes_count")})`,
            rows: `sum(${rate("gateway_twin_commit_rows_sum")}) / sum(${rate("gateway_twin_commit_rows_count")})`,
          },
        },
        {
          title: "Documents written",
          tells: "Snapshots of actors per second. `failed` ones are written again.",
          unit: "ops",
          queries: { "{{result}}": `sum by (result) (${rate("gateway_twin_snapshot_documents_total")})` },
        },
        {
          title: "Time of a snapshot",
          tells: "Of a statement with documents, 99 of 100 at most.",
          unit: "s",
          queries: { "{{instance}}": quantile(0.99, "gateway_twin_snapshot_duration_seconds", "instance") },
        },
        {
          title: "Behind: snapshots",
          tells: "Committed rows whose changes are in no document. A start has to fold them again.",
          unit: "short",
          queries: { "{{type}} {{instance}}": `gateway_twin_snapshot_rows_behind{${SCOPE}}` },
        },
      ],
    },
    {
      title: "Bus",
      panels: [
        {
          title: "Behind: outbox",
          tells:
            "Committed rows that the bus does not have. Journal, configuration and lists are late by them.",
          unit: "short",
          queries: { "{{type}} {{instance}}": `gateway_twin_outbox_rows_behind{${SCOPE}}` },
        },
        {
          title: "Behind: outbox, in all",
          tells: "The same per type.",
          unit: "short",
          queries: { "{{type}}": `sum by (type) (gateway_twin_outbox_rows_behind{${SCOPE}})` },
          alerts: ["OutboxBehind"],
        },
        {
          title: "From commit to bus",
          tells: "99 of 100 at most.",
          unit: "s",
          queries: { "{{type}}": quantile(0.99, "gateway_twin_outbox_publish_duration_seconds", "type") },
        },
        {
          title: "Waiting for consumers",
          tells:
            "Deliveries that a group has not handled. One that only grows is a consumer that fails or is too slow.",
          unit: "short",
          queries: { "{{group}}": `max by (group) (gateway_twin_bus_pending{${SCOPE}})` },
          alerts: ["BusConsumerLag"],
        },
        {
          title: "Time of a delivery",
          tells: "How long a group worked on one, 99 of 100 at most.",
          unit: "s",
          queries: { "{{group}}": quantile(0.99, "gateway_twin_bus_handle_duration_seconds", "group") },
        },
        {
          title: "Deliveries",
          tells: "Per second. `failed` ones come again.",
          unit: "ops",
          queries: {
            "{{group}} {{result}}": `sum by (group, result) (${rate("gateway_twin_bus_deliveries_total")})`,
          },
        },
        {
          title: "Deliveries that came again",
          tells: "Per second. Usual after a node has died; always is a consumer that fails.",
          unit: "ops",
          queries: {
            "{{group}}": `sum by (group) (${rate("gateway_twin_bus_redeliveries_total")}) or vector(0)`,
          },
        },
      ],
    },
  ],
};
