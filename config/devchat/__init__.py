"""Try the bot without a token: a demo's own Telegram, and a page on which everybody in it can be played.

``people`` says who they are; ``access`` is what `make run` tells its processes, ``door`` what they read of it. One of
them is the stand-in of the tests (``__main__``, ``telegram``, ``control``, ``postman``, ``told``), which brings the bot
its updates as Telegram does. The web process asks it what to show (``client``, ``markup``, ``shown``, ``views``).
None of it is there when DEBUG is off.
"""
