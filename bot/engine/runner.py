"""The model's graph without dask: the order of the nodes is worked out once for each target, and a run is one pass through it."""
import dataclasses

from rasa.core.policies.rule_policy import RulePolicy
from rasa.engine.graph import ExecutionContext, GraphNode, GraphSchema
from rasa.engine.runner.interface import GraphRunner

from bot.engine.rules import Rules

INSTEAD = {RulePolicy: Rules}


class Node(GraphNode):
    """A node that is asked without writing for each question which node is asked what, for a log nobody reads."""

    def answer(self, done: dict):
        """What the node makes of the outputs of others, by their names. Raises KeyError where one that it needs is missing."""
        return self._fn(self._component, **{name: done[of] for name, of in self._inputs.items()})


class Runner(GraphRunner):
    """Runs the nodes one after the other, each after what it needs."""

    def __init__(self, schema: GraphSchema, storage, context: ExecutionContext, hooks=None):
        self._schema = schema
        self._nodes = {name: Node.from_schema_node(name, dataclasses.replace(node, uses=INSTEAD.get(node.uses, node.uses)), storage,
                                                   context, hooks) for name, node in schema.nodes.items()}
        self._orders: dict[tuple[str, ...], list[str]] = {}

    @classmethod
    def create(cls, graph_schema, model_storage, execution_context, hooks=None) -> "Runner":
        return cls(graph_schema, model_storage, execution_context, hooks)

    def run(self, inputs: dict | None = None, targets: list[str] | None = None) -> dict:
        """The output of each target by its name. `inputs` are outputs of nodes that stand outside the graph."""
        wanted = tuple(targets or self._schema.target_names)
        done = dict(inputs or {})
        for name in self._order(wanted):
            done[name] = self._nodes[name].answer(done)
        return {name: done[name] for name in wanted}

    def _order(self, wanted: tuple[str, ...]) -> list[str]:
        if wanted not in self._orders:
            order: list[str] = []
            for name in wanted:
                self._visit(name, order)
            self._orders[wanted] = order
        return self._orders[wanted]

    def _visit(self, name: str, order: list[str]) -> None:
        if name in order or name not in self._nodes:
            return
        for needed in self._schema.nodes[name].needs.values():
            self._visit(needed, order)
        order.append(name)
