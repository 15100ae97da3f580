"""A few pictures of a clip, whatever it is made of. Knows arrays and files, nothing of MMAction2."""
