"""What can be booked: locations, workplaces, services, specialists, their hours, breaks and holidays."""
