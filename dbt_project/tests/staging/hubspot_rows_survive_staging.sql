-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('hubspot', ['contacts', 'companies', 'deals', 'deal_contacts', 'contact_companies']) }}
