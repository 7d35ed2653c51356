"""Code hosts on this machine, over real HTTP: as much of GitHub and GitLab as Remit talks to."""
