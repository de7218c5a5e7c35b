{#-
    What a survey's responses say, from `scored_answers` (one row per scored question of a response) and `comments` (one row
    per response with words), both in scope: every score, and the words of responses that scored nothing.
-#}
{% macro survey_statements() -%}
    select
        response_id,
        question_id,
        metric,
        scale_min,
        scale_max,
        polarity,
        top_box_min,
        -- outside its scale a score is no score
        case when score between scale_min and scale_max then score end as score
    from scored_answers
    union all
    select
        comments.response_id,
        comments.question_id,
        null as metric,
        null as scale_min,
        null as scale_max,
        null as polarity,
        null as top_box_min,
        null as score
    from comments
    left join scored_answers on comments.response_id = scored_answers.response_id
    where scored_answers.response_id is null
{%- endmacro %}
