"""What every endpoint of the REST API shares (contract §4): who asks, of which company, and what a good request is."""
