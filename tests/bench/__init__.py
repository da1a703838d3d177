"""`make bench`: what the work of issue 2 costs, beside the limit measured in the same run; nothing here asserts a time.

``__main__`` reads the command line. ``databases`` prepares one database for each size: ``shape`` and ``salon`` are the
catalogue of the location that is measured, ``history`` its past and its coming weeks. ``processes`` runs the real
server and a process with the application in it; ``inside``, ``engine`` and ``upkeep`` are what that process is asked.
``load`` drives the server over keep-alive sockets with what ``browser`` would send, ``pgbench`` measures what
PostgreSQL alone could do, ``bare`` and ``bare_views`` what a Django view without our middleware and checks does.
``booking``, ``stampede``, ``times`` and ``pages`` measure, ``growth`` compares, ``figures`` and ``report`` say it.
"""
