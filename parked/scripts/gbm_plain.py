import subprocess,sys,time
P="T/gbm/plain_one.py"; t0=time.time()
def run(path,checks,*seeds):
    print("##",path.split("/")[-1],flush=True); subprocess.run([sys.executable,P,path,checks,*map(str,seeds)])
S="solutions/01_ml/gbm-tune/"
run(S+"gbm_tune.py","nothing_is_kept_between_calls,report_is_honest,arguments_stay_as_they_are,row_labels_say_nothing,rows_of_every_kind,unknown_branch_counts_as_missing,branches_of_any_name,one_row_in_time,bytes_are_the_whole_model,ranking_is_better,probabilities_are_better",1)
for m,c in (("stops_on_the_kept_rows","report_is_honest"),("chooses_on_all_rows","report_is_honest"),("answers_kept_by_the_table","nothing_is_kept_between_calls"),("stops_on_the_training_rows","report_is_honest,probabilities_are_better"),("balances_the_classes","report_is_honest,probabilities_are_better"),("codes_by_the_hash_of_a_name","same_rows_same_model"),("no_weights_are_large_weights","only_ratios_of_weights_matter")):
    run(f"T/gbm/m/{m}.py",c,1)
for a in ("alternative_lightgbm","alternative"):
    run(S+a+".py","nothing_is_kept_between_calls,report_is_honest,arguments_stay_as_they_are,row_labels_say_nothing,rows_of_every_kind,unknown_branch_counts_as_missing,branches_of_any_name,missing_values_inform,same_rows_same_model,only_ratios_of_weights_matter,weights_count_everywhere,one_row_as_in_a_batch,ranking_is_better,probabilities_are_better",2)
