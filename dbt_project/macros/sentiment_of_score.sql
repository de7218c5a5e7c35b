{#- What a score says about the mood: the top box is positive, the lower half of the scale negative, the rest neutral.
    NPS has its own bands. -#}
{% macro sentiment_of_score(answer) -%}
    case
        when {{ answer }}.score is null then null
        when {{ answer }}.metric = 'nps'
            then case {{ nps_band(answer ~ '.score') }}
                when 'promoter' then 'positive' when 'passive' then 'neutral' when 'detractor' then 'negative'
            end
        when {{ answer }}.polarity = 'effort_high'
            then case
                when {{ answer }}.score < ({{ answer }}.scale_min + {{ answer }}.scale_max) / 2 then 'positive'
                when {{ answer }}.score > ({{ answer }}.scale_min + {{ answer }}.scale_max) / 2 then 'negative'
                else 'neutral'
            end
        when {{ answer }}.score >= {{ answer }}.top_box_min then 'positive'
        when {{ answer }}.score < ({{ answer }}.scale_min + {{ answer }}.scale_max) / 2 then 'negative'
        else 'neutral'
    end
{%- endmacro %}
