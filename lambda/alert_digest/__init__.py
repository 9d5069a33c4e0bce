"""Alarms as people read them: grouped by service and cause, told once, resolved once.

The core is pure: `step(state, event_or_now, policy)` answers a new state and the messages that became due. The edge
(`handler`) records events, steps once a minute and delivers an outbox. Pages never pass through here: an alarm pages
through its topic, and this function may be down without anybody missing one.
"""
