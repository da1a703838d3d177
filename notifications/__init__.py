"""Who is told what and by which road. Its first lines come with «Everybody concerned is told»."""
