"""Sends the bench's points to an MLflow server, one thread a run, in the largest batches it takes. Prints one JSON line."""

import json
import sys
import threading
import time

from mlflow.entities import Metric
from mlflow.tracking import MlflowClient

BATCH = 1000  # MLflow's limit of metrics in one log_batch


def value(step: int, key: int) -> float:
    return ((step * 2_654_435_761 + key * 40_503) % 1_000_003) / 1_000_003


def send(client: MlflowClient, run_id: str, keys: list[str], steps: int) -> None:
    batch: list[Metric] = []
    for step in range(steps):
        batch.extend(
            Metric(name, value(step, key), 1_760_000_000_000 + step, step) for key, name in enumerate(keys)
        )
        if len(batch) >= BATCH or step == steps - 1:
            client.log_batch(run_id, metrics=batch)
            batch = []


def main() -> None:
    order = json.loads(sys.argv[1])
    client = MlflowClient(tracking_uri=order["url"])
    experiment = client.create_experiment(order["name"])
    runs = [client.create_run(experiment).info.run_id for _ in range(order["runs"])]
    for run_id in runs:  # a first batch makes connections and tables warm, and is not counted
        client.log_batch(run_id, metrics=[Metric("warm", 0.0, 0, 0)])
    threads = [
        threading.Thread(target=send, args=(client, run_id, order["keys"], order["steps"])) for run_id in runs
    ]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - started
    print(json.dumps({"seconds": seconds, "runs": runs}))


main()
