"""The demo business: «Лён», two weeks of visits behind and ahead, and three people who sign in (contract §7).

``business`` says what there is, ``catalogue`` and ``people`` write it once, ``days`` finds free times with the engine,
``visits`` writes what became of them, ``sign_ins`` keeps the password, ``chats`` puts four into a Telegram of our own,
``load`` brings it all up to date, ``copies`` multiplies it for measurements.
"""
