"""The client pages inside Telegram (experience §3.9): who has opened them, where they may be framed, how they sign in.

The pages themselves are booking's; everything they do here is also a button of the bot.
"""
