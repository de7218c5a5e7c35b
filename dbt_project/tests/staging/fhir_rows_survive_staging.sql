-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('fhir', [
    'patients', 'encounters', 'appointments', 'questionnaire_responses', 'deletions'
]) }}
