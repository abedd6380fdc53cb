"""What tests/bench/run is made of: the wire, the servers, the work for each protocol, and the table."""
