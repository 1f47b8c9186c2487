"""Rasa's rules, looked up once for each situation instead of compared one by one for each prediction."""
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.trackers import DialogueStateTracker

MOST = 5000  # situations remembered


class Rules(RulePolicy):
    """Predicts what RulePolicy predicts."""

    def _find_action_from_rules(self, tracker, domain, use_text_for_last_user_input):
        if use_text_for_last_user_input and not self._read_words():
            return None, None, False
        return super()._find_action_from_rules(tracker, domain, use_text_for_last_user_input)

    def _read_words(self) -> bool:
        """Whether any rule goes by the words of a message instead of its intent."""
        if not hasattr(self, "_words_matter"):
            self._words_matter = any("text" in state.get("user", {}) for states in self._rules() for state in states)
        return self._words_matter

    def _rules(self) -> list[list[dict]]:
        """Every rule as the states it asks for, in order."""
        return [self._rule_key_to_state(key) for rules in self.lookup.values() if isinstance(rules, dict) for key in rules]

    def _get_possible_keys(self, lookup, states):
        if not hasattr(self, "_remembered"):
            self._remembered, self._longest = {}, max(map(len, self._rules()), default=1)
        recent = states[-self._longest:]  # further back no rule looks
        situation = (id(lookup), tuple(DialogueStateTracker.freeze_current_state(state) for state in recent))
        if situation not in self._remembered:
            if len(self._remembered) >= MOST:
                self._remembered.clear()
            self._remembered[situation] = super()._get_possible_keys(lookup, recent)
        return self._remembered[situation]
