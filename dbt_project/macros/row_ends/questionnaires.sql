{#- Where the rows of surveys and of care end (row_ends.sql). -#}

{% macro row_ends_of_questionnaires() %}
{%- set deleted = {'deleted at the source': 'is_deleted'} %}
{{ return({
    'surveymonkey': {
        'surveys': {'unread': 'titles of questionnaires'},
        'survey_details': {'serves': 'the questions of answers'},
        'responses': {
            'fact': 'answers', 'key': "'surveymonkey:' || response_id", 'of': ['responses', 'response_id'],
            'from': answering_responses('surveymonkey', 'answers.question_id', 'answers.survey_id', 'answers.answer_text is not null'),
            'left_out': {
                'deleted at the source': 'is_deleted',
                'not sent off': "coalesce(response_status not in ('completed', 'partial'), true)",
                'answers nothing that is read': 'not has_answers',
            },
        },
    },
    'qualtrics': {
        'surveys': {'unread': 'titles of questionnaires'},
        'survey_definitions': {'serves': 'the questions of answers'},
        'responses': {
            'fact': 'answers', 'key': "'qualtrics:' || response_id", 'of': ['responses', 'response_id'],
            'from': answering_responses('qualtrics', 'answers.answer_key', 'answers.survey_id', 'answers.is_text'),
            'left_out': {
                'deleted at the source': 'is_deleted',
                'preview, test or spam': 'not is_real',
                'answers nothing that is read': 'not has_answers',
            },
        },
    },
    'fhir': {
        'patients': {'people': ['patient_id']},
        'encounters': {
            'fact': 'encounters', 'key': "'fhir:Encounter/' || encounter_id", 'of': ['patients', 'patient_id'],
            'left_out': deleted,
        },
        'appointments': {
            'fact': 'encounters', 'key': "'fhir:Appointment/' || appointment_id", 'of': ['patients', 'patient_id'],
            'left_out': deleted,
        },
        'questionnaire_responses': {
            'fact': 'answers', 'key': "'fhir:' || response_id", 'of': ['patients', 'patient_id'],
            'from': answering_responses(
                'fhir', 'answers.link_id', 'responses.questionnaire_id',
                'answers.is_free_text and answers.answer_text is not null', 'questionnaire_'
            ),
            'left_out': {
                'deleted at the source': 'is_deleted',
                'not sent off': "coalesce(status not in ('completed', 'amended'), true)",
                'answers nothing that is read': 'not has_answers',
            },
        },
        'deletions': {'serves': 'what was deleted'},
    },
}) }}
{% endmacro %}


{#- Survey responses with whether they hold an answer that is read: words, or a question the seed knows how to score. -#}
{% macro answering_responses(source, question, survey, is_words, prefix='') -%}
    (
        select
            responses.*,
            answering.response_id is not null as has_answers
        from @stg_{{ source }}__{{ prefix }}responses as responses
        left join (
            select distinct answers.response_id
            from @stg_{{ source }}__{{ prefix }}answers as answers
            {% if survey.startswith('responses.') -%}
                inner join @stg_{{ source }}__{{ prefix }}responses as responses on answers.response_id = responses.response_id
            {%- endif %}
            left join @survey_questions as questions
                on questions.source = '{{ source }}' and {{ survey }} = questions.survey_id and {{ question }} = questions.question_id
            where questions.question_id is not null or {{ is_words }}
        ) as answering on responses.response_id = answering.response_id
    )
{%- endmacro %}
