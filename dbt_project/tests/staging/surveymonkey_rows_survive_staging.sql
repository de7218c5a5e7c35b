-- Every row that landed is staged once: neither lost nor multiplied.

{{ rows_survive('surveymonkey', ['surveys', 'survey_details', 'responses']) }}
