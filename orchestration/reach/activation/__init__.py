"""Lists of customers handed to the systems people work in: tasks in HubSpot and Salesforce, or a webhook."""
